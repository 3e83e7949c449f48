/** Where the receiver is. */
interface Receiver {
  readonly publicUrl?: string | undefined;
  readonly host: string;
  readonly port: number;
}

/** The address that goes into the sender's settings. */
export function toWebhookUrl({ server }: { readonly server: Receiver }, connection: string): string {
  return `${server.publicUrl ?? `http://${server.host}:${server.port}`}/webhooks/${connection}`;
}
