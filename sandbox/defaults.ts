/** The account ids, tokens and secrets of a sandbox that nobody has told otherwise. They open nothing outside of it. */
export const DEFAULTS = {
  deskwoot: { accountId: 'acc_sandbox', token: `dw_${'5a'.repeat(32)}`, webhookSecret: 'whsec_sandbox_deskwoot' },
  chatwoot: {
    accountId: 1,
    token: 'sandbox-chatwoot-user',
    agentToken: 'sandbox-chatwoot-agent',
    botToken: 'sandbox-chatwoot-bot',
    webhookSecret: 'sandbox-chatwoot-webhook-secret',
  },
  stripe: { key: 'sk_test_sandbox', webhookSecret: 'whsec_sandbox_stripe' },
  slack: { token: 'xoxb-sandbox', signingSecret: 'sandboxslacksigningsecret0000000', channel: 'C0123' },
} as const;

/** Every scope that the sandbox's Slack knows. */
export const SLACK_SCOPES: readonly string[] = [
  'chat:write',
  'chat:write.customize',
  'channels:history',
  'groups:history',
  'channels:read',
  'users:read',
  'users:read.email',
];
