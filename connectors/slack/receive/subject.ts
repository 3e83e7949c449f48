import type { Reading } from '../../connector.ts';
import type { SlackSettings } from '../config.ts';

/** The record of a thread: its channel and its first message's timestamp; null where either is unknown. */
export function threadRecord(channel: string | null | undefined, thread: string | null | undefined): string | null {
  if (channel === null || channel === undefined || thread === null || thread === undefined) return null;
  return `conversation:${channel}:${thread}`;
}

/** The reading for a request that speaks for another app than the configured one; null: ours, or not known. */
export function foreignApp(appId: string | null, settings: SlackSettings): Reading | null {
  if (appId === null || settings.appId === undefined || appId === settings.appId) return null;
  return { kind: 'foreign', problem: `the request is of app ${appId}, the connection of app ${settings.appId}` };
}
