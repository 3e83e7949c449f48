import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { Bank } from '../bank.ts';

import { json, param } from '../../core/exchange.ts';
import { fieldsOf, textOf, textOrNull } from '../../core/values.ts';
import { missing } from '../access.ts';
import { addCustomer } from '../entities.ts';
import { customerJson } from '../formatters.ts';

/** What can be written (https://docs.stripe.com/api/customers): enough to try idempotency keys on. */
export function writeRoutes(bank: Bank, clock: () => number): readonly Route<Caller>[] {
  const { state } = bank;
  return [
    {
      method: 'POST',
      path: '/v1/customers',
      needs: 'customers:write',
      handle: (request) => {
        const { fields } = request.body;
        const customer = addCustomer(state, Math.floor(clock() / 1000), {
          name: textOrNull(fields['name']),
          email: textOrNull(fields['email']),
          phone: textOrNull(fields['phone']),
        });
        customer.metadata = fieldsOf(fields['metadata']);
        void bank.happen('customer.created', customer.id, `/v1/customers/${customer.id}`, customerJson(customer));
        return json(customerJson(customer));
      },
    },
    {
      method: 'POST',
      path: '/v1/customers/:id',
      needs: 'customers:write',
      handle: (request) => {
        const customer = state.customers.get(param(request, 'id')) ?? missing('customer', param(request, 'id'));
        const { fields } = request.body;
        for (const name of ['name', 'email', 'phone'] as const)
          if (fields[name] !== undefined) customer[name] = textOf(fields[name]) ?? null;
        customer.metadata = { ...customer.metadata, ...fieldsOf(fields['metadata']) };
        void bank.happen('customer.updated', customer.id, `/v1/customers/${customer.id}`, customerJson(customer));
        return json(customerJson(customer));
      },
    },
  ];
}
