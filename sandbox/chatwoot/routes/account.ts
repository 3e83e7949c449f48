import { randomBytes } from 'node:crypto';

import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { ChatwootState, User } from '../entities.ts';

import { json, param, type Request } from '../../core/exchange.ts';
import { integerOf, textOf, textsOf } from '../../core/values.ts';
import { invalid, notFound } from '../access.ts';
import { inboxJson, userJson } from '../formatters.ts';
import { ACCOUNT_EVENTS, type Subscription } from '../webhooks.ts';

const A = '/api/v1/accounts/:account';

/** What the account consists of, and who the token is (Chatwoot API, Profile, Inboxes, Labels, Agents, Teams). */
export function accountRoutes(state: ChatwootState): readonly Route<Caller>[] {
  return [
    { method: 'GET', path: '/api/v1/profile', needs: 'user', handle: (_request, caller) => json(profileJson(state, caller)) },
    { method: 'GET', path: `${A}/inboxes`, needs: 'user', handle: () => json({ payload: [...state.inboxes.values()].map(inboxJson) }) },
    {
      method: 'GET',
      path: `${A}/inboxes/:id`,
      needs: 'user',
      handle: (request) => json(inboxJson(state.inboxes.get(integerOf(param(request, 'id')) ?? 0) ?? notFound())),
    },
    {
      method: 'GET',
      path: `${A}/labels`,
      needs: 'bot',
      handle: () =>
        json({ payload: state.labels.map(({ id, title, color }) => ({ id, title, description: null, color, show_on_sidebar: true })) }),
    },
    {
      method: 'POST',
      path: `${A}/labels`,
      needs: 'bot',
      handle: (request) => {
        const title = textOf(request.body.fields['title'])?.toLowerCase() ?? invalid("Title can't be blank", ['title']);
        if (state.labels.some((label) => label.title === title)) invalid('Title has already been taken', ['title']);
        const label = { id: state.labels.length + 1, title, color: textOf(request.body.fields['color']) ?? '#1f93ff' };
        state.labels.push(label);
        return json({ ...label, description: null, show_on_sidebar: true });
      },
    },
    { method: 'GET', path: `${A}/agents`, needs: 'user', handle: () => json([...state.users.values()].map(userJson)) },
    {
      method: 'GET',
      path: `${A}/teams`,
      needs: 'user',
      handle: () =>
        json(
          [...state.teams.values()].map((team) => ({
            ...team,
            description: null,
            allow_auto_assign: true,
            account_id: state.accountId,
            is_member: false,
          })),
        ),
    },
  ];
}

/** Account webhooks (Chatwoot API, Webhooks): administrators only, one per URL. */
export function webhookRoutes(state: ChatwootState, subscriptions: Subscription[]): readonly Route<Caller>[] {
  const ofAccount = (): Subscription[] => subscriptions.filter((one) => one.kind === 'account');
  const at = (request: Request): Subscription => ofAccount().find((one) => one.id === integerOf(param(request, 'webhookId'))) ?? notFound();
  return [
    {
      method: 'GET',
      path: `${A}/webhooks`,
      needs: 'administrator',
      handle: () => json({ payload: { webhooks: ofAccount().map((one) => webhookJson(state, one)) } }),
    },
    {
      method: 'POST',
      path: `${A}/webhooks`,
      needs: 'administrator',
      handle: (request) => {
        const url = textOf(request.body.fields['url']) ?? '';
        if (!/^https?:\/\//.test(url)) invalid('Url is invalid', ['url']);
        if (ofAccount().some((one) => one.url === url)) invalid('Url has already been taken', ['url']);
        const made: Subscription = {
          kind: 'account',
          id: state.nextId('webhook'),
          url,
          secret: randomBytes(18).toString('base64url'),
          ...chosen(request),
        };
        subscriptions.push(made);
        return json({ payload: { webhook: webhookJson(state, made) } });
      },
    },
    {
      method: 'PATCH',
      path: `${A}/webhooks/:webhookId`,
      needs: 'administrator',
      handle: (request) => {
        const webhook = at(request);
        webhook.url = textOf(request.body.fields['url']) ?? webhook.url;
        Object.assign(webhook, chosen(request));
        return json({ payload: { webhook: webhookJson(state, webhook) } });
      },
    },
    {
      method: 'DELETE',
      path: `${A}/webhooks/:webhookId`,
      needs: 'administrator',
      handle: (request) => {
        subscriptions.splice(subscriptions.indexOf(at(request)), 1);
        return { status: 200 };
      },
    },
  ];
}

function chosen(request: Request): { readonly subscriptions?: readonly string[] } {
  if (request.body.fields['subscriptions'] === undefined) return {};
  const events = textsOf(request.body.fields['subscriptions']);
  return events.length > 0 && events.every((event) => ACCOUNT_EVENTS.includes(event))
    ? { subscriptions: events }
    : invalid('Subscriptions Invalid events', ['subscriptions']);
}

function webhookJson(state: ChatwootState, { id, url, secret, subscriptions }: Subscription): unknown {
  return { id, name: null, url, account_id: state.accountId, subscriptions: subscriptions ?? ACCOUNT_EVENTS, secret };
}

function profileJson(state: ChatwootState, caller: Caller): unknown {
  const user: User = state.users.get(caller.actor.id) ?? notFound();
  return {
    ...userJson(user),
    account_id: state.accountId,
    display_name: null,
    type: null,
    uid: user.email,
    provider: 'email',
    accounts: [{ id: state.accountId, name: 'Acme Support', status: 'active', role: user.role, permissions: [user.role] }],
  };
}
