import type { SenderHabits } from '../../connector.ts';
import type { ChatwootSettings } from '../config.ts';

/**
 * A message holds an e-mail's HTML six times: whole, as reply and as quoted, in the message and again in its conversation
 * (chatwoot/chatwoot app/presenters/mail_presenter.rb, app/models/message.rb), with `<` as `\u003c`. 1.3 MB of HTML fit.
 */
const LARGEST_BODY = 8_000_000;

/**
 * No kind sends again after a 4xx; an agent bot tries twice more, 3 s apart, after 429 and 500 alone
 * (chatwoot/chatwoot app/jobs/agent_bots/webhook_job.rb, app/jobs/webhook_job.rb).
 */
export function chatwootHabits(settings: ChatwootSettings): SenderHabits {
  return { retries: false, unavailable: settings.kind === 'agent-bot' ? 500 : 503, largestBody: LARGEST_BODY };
}
