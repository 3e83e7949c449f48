import { PassThrough } from 'node:stream';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createWorkflowDoor } from '../../operator/door/workflow-door.ts';
import { prepareNamespace } from '../../processes/run-parts.ts';
import { toIntakeRow } from '../../inbox/intake.ts';
import { createLogger } from '../../server/logger.ts';
import { startSandbox } from '../../sandbox/main.ts';
import { createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { registerSearchAttributes } from '../../temporal/register.ts';
import { createStarter } from '../../temporal/starter.ts';
import { signStripe } from '../fixtures/signers.ts';
import { makeWorkingFolder } from '../helpers/cli-process.ts';
import { countNotes } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { startGrpcProxy } from '../helpers/grpc-proxy.ts';
import { send } from '../helpers/receiver.ts';
import { failPaymentUnsent } from '../helpers/senders.ts';
import { teardown } from '../helpers/teardown.ts';
import type { TemporalAddress } from '../../temporal/connect.ts';

const OPERATOR = ['temporal.api.operatorservice.v1.OperatorService'];
const ALL = ['temporal.api.operatorservice.v1.OperatorService', 'temporal.api.workflowservice.v1.WorkflowService'];
const DENIED = 7;
const DAY = proto.google.protobuf.Duration.fromObject({ seconds: 86_400 });
const REFUSALS = [
  ['PermissionDenied', DENIED],
  ['Unimplemented', 12],
  ['Unauthenticated', 16],
] as const;
const COMMAND =
  'temporal operator search-attribute create --namespace NAME --name DeskFlow --type Keyword --name DeskConnection --type Keyword --name DeskEvent --type Keyword --name DeskRecord --type Keyword --name DeskJob --type Keyword --name DeskOutcome --type Keyword --name NeedsAttention --type Bool';
const CLOUD_COMMAND =
  'tcld namespace search-attributes add --namespace NAME --search-attribute DeskFlow=Keyword --search-attribute DeskConnection=Keyword --search-attribute DeskEvent=Keyword --search-attribute DeskRecord=Keyword --search-attribute DeskJob=Keyword --search-attribute DeskOutcome=Keyword --search-attribute NeedsAttention=Bool';
const CONVERTER = createDataConverter([{ id: 'test', bytes: Buffer.alloc(32, 7) }]);

let direct: Connection;
const closeAfter = teardown();
beforeAll(async () => {
  direct = await Connection.connect({ address: inject('temporalAddress') });
  closeAfter(() => direct.close());
});

/** A namespace without any search attribute of ours. */
async function makeBareNamespace(): Promise<string> {
  const namespace = `bare-${Math.random().toString(36).slice(2, 10)}`;
  await direct.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: DAY });
  await eventually(() => direct.workflowService.countWorkflowExecutions({ namespace, query: 'WorkflowType = "none"' }));
  return namespace;
}

async function prepare(where: TemporalAddress): Promise<string> {
  const sink = new PassThrough();
  await prepareNamespace(where, CONVERTER, createLogger('info', sink));
  return String(sink.read() ?? '');
}

async function startRefusing(services: readonly string[], status: number): Promise<Awaited<ReturnType<typeof startGrpcProxy>>> {
  const proxy = await startGrpcProxy(inject('temporalAddress'), { services, status });
  onTestFinished(() => proxy.close());
  return proxy;
}

function at(address: string, namespace: string): TemporalAddress {
  return { address, namespace, tls: false, apiKey: null };
}

describe('an account that may not use the OperatorService', () => {
  it('is asked for no such right where the search attributes are there', async () => {
    const { address, refused } = await startRefusing(OPERATOR, DENIED);
    expect(await prepare(at(address, 'default'))).toBe('');
    expect(refused).toEqual([]);
  });

  it.each(REFUSALS)('is told by %s what somebody else has to add, and goes on', async (_name, status) => {
    const namespace = await makeBareNamespace();
    const { address, refused } = await startRefusing(OPERATOR, status);
    const said = await prepare(at(address, namespace));
    expect(said).toContain(COMMAND.replace('NAME', namespace));
    expect(said).toContain(CLOUD_COMMAND.replace('NAME', namespace));
    expect(refused).not.toEqual([]);
  });

  it('is told only what is missing', async () => {
    const namespace = await makeBareNamespace();
    await registerSearchAttributes(direct, namespace);
    await direct.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['DeskRecord'] });
    const { address } = await startRefusing(OPERATOR, DENIED);
    expect(await prepare(at(address, namespace))).toContain(
      `\`temporal operator search-attribute create --namespace ${namespace} --name DeskRecord --type Keyword\``,
    );
  });

  it('goes on, and is told what is needed, also where it may not even look', async () => {
    const { address } = await startRefusing(ALL, DENIED);
    expect(await prepare(at(address, 'default'))).toContain('this account may not see whether');
  });

  it('has the search attributes added where it may', async () => {
    const namespace = await makeBareNamespace();
    expect(await prepare(at(inject('temporalAddress'), namespace))).toBe('');
    expect(await prepare(at((await startRefusing(OPERATOR, DENIED)).address, namespace))).toBe('');
  });

  it('does not start where there is no such namespace, and is told how to make one', async () => {
    await expect(prepare(at(inject('temporalAddress'), 'nowhere'))).rejects.toThrow(
      /has no namespace nowhere: create it \(temporal operator namespace create --namespace nowhere\), or correct temporal\.namespace\./,
    );
  });
});

describe('where a search attribute is missing', () => {
  it('deliveries wait, the log says what to add, and they are done when it is there', async () => {
    const namespace = await makeBareNamespace();
    const { address } = await startRefusing(OPERATOR, DENIED);
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const { chatwoot, stripe } = sandbox.describe();
    const folder = makeWorkingFolder(`
server: { port: 0 }
temporal: { address: "${address}", namespace: ${namespace} }
helpdesk: { type: chatwoot, baseUrl: "${chatwoot.origin}", account: ${chatwoot.accountId}, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: "${stripe.origin}", key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }
`);
    onTestFinished(() => folder.remove());
    const dev = folder.run(['dev'], {
      HELPDESK_TOKEN: chatwoot.token,
      HELPDESK_SECRET: chatwoot.webhookSecret,
      STRIPE_KEY: stripe.key,
      STRIPE_SECRET: stripe.webhookSecret,
    });
    const port = Number((await dev.says(/webhooks come to http:\/\/[^:]+:(\d+)/))[1]);
    const hook = await failPaymentUnsent({ sandbox });
    const signed = signStripe(stripe.webhookSecret, hook.body, Math.floor(Date.now() / 1000));
    const headers = { 'content-type': 'application/json', 'stripe-signature': String(signed['Stripe-Signature']) };
    expect((await send(port, 'POST', '/webhooks/billing', hook.body, headers)).status).toBe(200);
    await dev.says(/Temporal refuses to start delivery until its namespace has these search attributes: DeskFlow \(Keyword\)/);
    expect(countNotes({ sandbox }, [hook.invoiceId])).toEqual([0]);
    await registerSearchAttributes(direct, namespace);
    await eventually(() => expect(countNotes({ sandbox }, [hook.invoiceId])).toEqual([1]));
  });

  it('check --online says so', async () => {
    const namespace = await makeBareNamespace();
    const { client, connection } = createLazyClient(at(inject('temporalAddress'), namespace), CONVERTER);
    onTestFinished(() => connection.close());
    const door = createWorkflowDoor({ client, namespace, uiOrigin: null });
    await expect(door.check()).rejects.toThrow(/^answers, but its namespace lacks search attributes: DeskFlow \(Keyword\)/);
    await registerSearchAttributes(direct, namespace);
    await expect(door.check()).resolves.toBeUndefined();
  });

  it('events of a store outage are taken all the same: they have no other place', async () => {
    const namespace = await makeBareNamespace();
    const { client, connection } = createLazyClient(at(inject('temporalAddress'), namespace), CONVERTER);
    onTestFinished(() => connection.close());
    const starter = createStarter({ client, eager: false, queues: { live: 'nobody', bulk: 'nobody' } });
    const row = {
      connection: 'billing',
      topic: 'invoice.paid',
      record: null,
      dedupe: Buffer.alloc(32),
      raw: Buffer.from('{}'),
      deliveries: [],
    };
    await starter.startIntake('intake/test/1', { rows: [toIntakeRow(row, 0)] }, 5000);
    expect(await starter.stateOf('intake/test/1')).toBe('running');
  });
});
