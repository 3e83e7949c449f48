import type { SenderHabits } from '../connector.ts';
import type { ChatwootSettings } from './config.ts';

/**
 * No kind sends again after a 4xx; an agent bot tries twice more, 3 s apart, after 429 and 500 alone
 * (chatwoot/chatwoot app/jobs/agent_bots/webhook_job.rb, app/jobs/webhook_job.rb).
 */
export function chatwootHabits(settings: ChatwootSettings): SenderHabits {
  return { retries: false, unavailable: settings.kind === 'agent-bot' ? 500 : 503 };
}
