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

/** Stable codes of what went wrong in a remote call. docs/operations.md says of each what to do. */
export const CONNECTOR_ERROR_CODES = [
  'throttled',
  'unavailable',
  'timeout',
  'network',
  'unauthorized',
  'forbidden',
  'not_found',
  /** The record is of live mode and the key of test mode, or the other way round. */
  'wrong_mode',
  /** The key may not act for the connected account that the record belongs to; other accounts are not concerned. */
  'no_account_access',
  'conflict',
  'invalid',
  /** Refused with a status or word that we do not know: unknown does not mean final, so it is tried again a few times. */
  'unknown_refusal',
  'unreadable_answer',
  'too_large',
  'blocked_address',
  'unsupported',
  'send_window_closed',
] as const;

export type ConnectorErrorCode = (typeof CONNECTOR_ERROR_CODES)[number];
