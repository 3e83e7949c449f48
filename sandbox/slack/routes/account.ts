import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { SlackState } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { textOf } from '../../core/values.ts';
import { argumentsOf, refuse } from '../access.ts';
import { userJson } from '../formatters.ts';

/** Who the token is, and who people are (https://docs.slack.dev/reference/methods/auth.test, users.info). */
export function accountRoutes(state: SlackState): readonly Route<Caller>[] {
  return (['GET', 'POST'] as const).flatMap((method): Route<Caller>[] => [
    {
      method,
      path: '/api/auth.test',
      needs: '',
      handle: () =>
        json({
          ok: true,
          url: 'https://acme.slack.example/',
          team: 'Acme',
          user: 'deskbridge',
          team_id: state.teamId,
          user_id: state.botUserId,
          bot_id: state.botId,
          is_enterprise_install: false,
        }),
    },
    {
      method,
      path: '/api/users.info',
      needs: 'users:read',
      handle: (request, caller) => {
        const user = state.users.get(textOf(argumentsOf(request)['user']) ?? '') ?? refuse('user_not_found');
        return json({ ok: true, user: userJson(state, user, caller.scopes.includes('users:read.email')) });
      },
    },
  ]);
}
