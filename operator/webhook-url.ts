import type { DeskbridgeConfig } from '../config/read/read.ts';

/** The address that goes into the sender's settings. */
export function toWebhookUrl({ server }: Pick<DeskbridgeConfig, 'server'>, connection: string): string {
  return `${server.publicUrl ?? `http://${server.host}:${server.port}`}/webhooks/${connection}`;
}
