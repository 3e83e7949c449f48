import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { DeskwootState } from '../entities.ts';

import { json, param } from '../../core/exchange.ts';
import { notFound } from '../access.ts';
import { agentJson, inboxJson, labelJson, teamJson } from '../formatters.ts';

const A = '/api/v1/accounts/:accountId';

/** What the account consists of, and who the token is (Deskwoot REST API, Finding your account ID, Inboxes, Agents, Teams, Labels). */
export function accountRoutes(state: DeskwootState): readonly Route<Caller>[] {
  return [
    { method: 'GET', path: '/api/v1/me', needs: 'any', handle: (_request, caller) => json(meJson(state, caller)) },
    { method: 'GET', path: `${A}/inboxes`, needs: 'read', handle: () => json([...state.inboxes.values()].map(inboxJson)) },
    {
      method: 'GET',
      path: `${A}/inboxes/:inboxId`,
      needs: 'read',
      handle: (request) => json(inboxJson(state.inboxes.get(param(request, 'inboxId')) ?? notFound('Inbox'))),
    },
    {
      method: 'GET',
      path: `${A}/agents`,
      needs: 'read',
      handle: () => json({ agents: [...state.agents.values()].map(agentJson), maxAgents: 10, plan: 'ENTERPRISE' }),
    },
    { method: 'GET', path: `${A}/teams`, needs: 'read', handle: () => json([...state.teams.values()].map(teamJson)) },
    {
      method: 'GET',
      path: `${A}/teams/:teamId`,
      needs: 'read',
      handle: (request) => {
        const team = state.teams.get(param(request, 'teamId')) ?? notFound('Team');
        return json({ ...teamJson(team), members: team.memberIds.flatMap((id) => state.agents.get(id) ?? []).map(agentJson) });
      },
    },
    { method: 'GET', path: `${A}/labels`, needs: 'read', handle: () => json([...state.labels.values()].map(labelJson)) },
    { method: 'GET', path: `${A}/settings`, needs: 'read', handle: () => json(settingsJson(state)) },
  ];
}

/** Operations that a token never reaches; a sample of those that the document marks so. */
export function sessionRoutes(): readonly Route<Caller>[] {
  const closed = [
    'POST inboxes',
    'POST agents',
    'POST teams',
    'POST labels',
    'GET webhooks',
    'POST webhooks',
    'GET api-tokens',
    'POST api-tokens',
    'GET audit-logs',
  ];
  return closed.map((operation) => {
    const [method = '', name = ''] = operation.split(' ');
    return { method, path: `${A}/${name}`, needs: 'session', handle: () => notFound('Session') };
  });
}

function meJson(state: DeskwootState, caller: Caller): unknown {
  const owner = state.agents.get(caller.userId);
  const user = { id: caller.userId, email: owner?.email ?? null, name: owner?.name ?? null };
  return { user, accountId: state.accountId, accountIds: [state.accountId], authMethod: 'api_token', scopes: caller.scopes };
}

function settingsJson(state: DeskwootState): unknown {
  return {
    id: state.accountId,
    name: 'Acme Support',
    locale: 'en',
    timezone: 'Europe/Berlin',
    plan: 'ENTERPRISE',
    autoResolveEnabled: false,
    autoResolveDuration: 48,
    brandColor: '#2563EB',
    liveTranslateEnabled: false,
    liveTranslateTargetLang: 'en',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}
