import { describe, expect, it } from 'vitest';
import { createRouter } from '../../config/routes.ts';
import { load, problemsOf, WORLD } from './catalog.ts';

const flow = (text: string): string => `${WORLD}flows:\n  - { name: a, ${text} }\n`;

describe('a flow is refused', () => {
  it.each([
    [
      'an unknown connection',
      'on: stor/order.paid, do: tag, with: { label: x }',
      'flows[0].on',
      'stor, which is no connection',
      'Did you mean store? Known: helpdesk, store.',
    ],
    [
      'an unknown topic',
      'on: store/order.pad, do: tag, with: { label: x }',
      'flows[0].on',
      'order.pad, which Shop does not send',
      'Did you mean order.paid? Known: order.paid, order.made.',
    ],
    [
      'a topic its kind does not understand',
      'on: store/order.lost, do: tag, with: { label: x }',
      'flows[0].on',
      'order.lost, which tag does not understand',
      expect.any(String),
    ],
    [
      'an event of a connection that sends none',
      'on: helpdesk/x, do: tag, with: { label: x }',
      'flows[0].on',
      'helpdesk, a deskwoot connection, which sends none',
      expect.any(String),
    ],
    [
      'a second unknown topic of a list',
      'on: [store/order.paid, store/x], do: tag, with: { label: x }',
      'flows[0].on[1]',
      'x, which Shop does not send',
      expect.any(String),
    ],
    [
      'the same event twice',
      'on: [store/order.paid, store/order.paid], do: tag, with: { label: x }',
      'flows[0].on[1]',
      'store/order.paid again',
      'Remove it.',
    ],
    ['an event without a slash', 'on: store, do: tag, with: { label: x }', 'flows[0].on', 'text "store"', expect.any(String)],
    ['an empty list of events', 'on: [], do: tag, with: { label: x }', 'flows[0].on', 'a list of 0', expect.any(String)],
    [
      'an unknown kind',
      'on: store/order.paid, do: tg, with: { label: x }',
      'flows[0].do',
      'text "tg"',
      'Did you mean tag? Known: tag, free.',
    ],
    ['no kind', 'on: store/order.paid', 'flows[0].do', 'nothing', expect.any(String)],
    ['a missing option', 'on: store/order.paid, do: tag', 'flows[0].with.label', 'nothing', 'The label.'],
    [
      'an unknown option',
      'on: store/order.paid, do: tag, with: { label: x, lable: y }',
      'flows[0].with.lable',
      'the unknown key "lable"',
      'Did you mean label? Known: label, colour, desk.',
    ],
    [
      'what the kind itself refuses',
      'on: store/order.paid, do: tag, with: { label: x, desk: store }',
      'flows[0].with.desk',
      'store',
      'Name the helpdesk.',
    ],
    [
      'a filter on an unknown fact',
      'on: store/order.paid, do: tag, with: { label: x }, when: { order.totl: 1 }',
      'flows[0].when["order.totl"]',
      'the unknown fact "order.totl"',
      expect.stringContaining('Did you mean order.total?'),
    ],
    ['a credit of 0', 'on: store/order.paid, do: tag, with: { label: x }, credit: 0', 'flows[0].credit', 'number 0', expect.any(String)],
    [
      'a key of its own making',
      'on: store/order.paid, do: tag, with: { label: x }, wen: {}',
      'flows[0].wen',
      'the unknown key "wen"',
      expect.stringContaining('Did you mean when?'),
    ],
  ])('for %s', (_title, text, path, found, hint) => {
    expect(problemsOf(flow(text)).map((problem) => [problem.path, problem.found, problem.hint])).toEqual([[path, found, hint]]);
  });

  it('for the name of another flow', () => {
    const text = `${flow('on: store/order.paid, do: tag, with: { label: x }')}  - { name: a, on: store/order.made, do: tag, with: { label: y } }\n`;
    expect(problemsOf(text).map((problem) => [problem.line, problem.path])).toEqual([[6, 'flows[1].name']]);
  });

  it('once, and not again because its connection has problems of its own', () => {
    const text = flow('on: store/order.paid, do: tag, with: { label: x }').replace('env:KEY', 'env:NOPE');
    expect(problemsOf(text).map((problem) => problem.path)).toEqual(['connections.store.key']);
  });
});

describe('the router', () => {
  const loaded = load(`${WORLD}flows:
  - { name: all, on: [store/order.paid, store/order.made], do: tag, with: { label: x } }
  - { name: large, on: store/order.paid, do: tag, with: { label: x }, when: { order.total: { gte: 100 } } }
  - { name: free, on: store/order.paid, do: free, with: { label: x } }
  - { name: still, on: store/order.made, do: tag, with: { label: x }, paused: true }
`);
  if (!loaded.ok) throw new Error('refused');
  const route = createRouter(loaded.config);

  it.each([
    ['every flow whose filter passes, in the order of the file', 'store', 'order.paid', { 'order.total': 100 }, ['all', 'large', 'free']],
    ['no flow whose filter does not pass', 'store', 'order.paid', { 'order.total': 99 }, ['all', 'free']],
    ['a paused flow too', 'store', 'order.made', {}, ['all', 'still']],
    ['nothing for another topic', 'store', 'order.lost', {}, []],
    ['nothing for another connection', 'helpdesk', 'order.paid', {}, []],
    ['nothing for the name of an inherited property', 'constructor', 'toString', {}, []],
  ])('names %s', (_title, connection, topic, facts, flows) => {
    expect(route(connection, { topic, record: 'order:1', facts }).map((one) => one.flow)).toEqual(flows);
  });

  it('orders by the record where the kind says so, and gives no key otherwise', () => {
    const routes = route('store', { topic: 'order.paid', record: 'order:1', facts: {} });
    expect(routes).toEqual([
      { flow: 'all', key: 'order:1', lane: 0 },
      { flow: 'free', key: null, lane: 0 },
    ]);
  });

  it("orders by a fact where the kind names one, and by the record where the event hasn't got it", () => {
    const byCustomer = createRouter({ flows: loaded.config.flows.map((one) => ({ ...one, orderBy: 'customer.id' })) });
    const event = { topic: 'order.made', record: 'order:1' };
    expect(byCustomer('store', { ...event, facts: { 'customer.id': 'cus_1' } })[0]?.key).toBe('customer.id:cus_1');
    expect(byCustomer('store', { ...event, facts: { 'customer.id': null } })[0]?.key).toBe('order:1');
  });

  it('gives no key to an event without a record', () => {
    expect(route('store', { topic: 'order.made', record: null, facts: {} })[0]?.key).toBeNull();
  });
});
