import type { ConnectorErrorCode } from '../connectors/call/errors.ts';

/** Why a step stopped, apart from what a remote call came to. docs/operations.md says of each what to do. */
export const STEP_CODES = [
  // Parked: a person decides.
  'not_found_by_name',
  'missing_ability',
  'unknown_effect',
  'values_changed',
  'record_gone',
  'no_customer',
  'bad_edit',
  'invalid_options',
  'unknown_connection',
  'internal',
  // Given back: it goes on by itself.
  'store_unavailable',
  'unknown_flow',
  'not_there_yet',
  'step_timeout',
  'effect_under_way',
  'echo_unsettled',
  'gate_down',
  'gate_throttled',
  'gate_unauthorized',
  'gate_operator',
  'lost',
] as const;

/** Every code that a StepFailure can have. */
export type StepCode = ConnectorErrorCode | (typeof STEP_CODES)[number];
