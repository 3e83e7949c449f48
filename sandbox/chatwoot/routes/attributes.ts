import type { Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { ChatwootState } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { fieldsOf, integerOf, textOf } from '../../core/values.ts';
import { invalid } from '../access.ts';

const A = '/api/v1/accounts/:account';
const CONTACT_ATTRIBUTE = 1;
/** Letters, digits, `_`, `.` and `-` (chatwoot/chatwoot app/models/custom_attribute_definition.rb). */
const KEY = /^[\p{L}\p{N}_.-]+$/u;

/** Definitions of attributes of contacts (Chatwoot API, Custom Attributes); of conversations there are none here. */
export function attributeRoutes(state: ChatwootState): readonly Route<Caller>[] {
  return [
    {
      method: 'GET',
      path: `${A}/custom_attribute_definitions`,
      needs: 'user',
      handle: (request) =>
        json(integerOf(request.query.get('attribute_model')) === CONTACT_ATTRIBUTE ? [...state.contactAttributeKeys].map(toJson) : []),
    },
    {
      method: 'POST',
      path: `${A}/custom_attribute_definitions`,
      needs: 'user',
      handle: (request) => {
        // Rails wraps the fields where they come bare.
        const { fields } = request.body;
        const given = fields['custom_attribute_definition'] === undefined ? fields : fieldsOf(fields['custom_attribute_definition']);
        const key = textOf(given['attribute_key'])?.trim() ?? '';
        if (textOf(given['attribute_display_name']) === undefined)
          invalid("Attribute display name can't be blank", ['attribute_display_name']);
        if (!KEY.test(key)) invalid('Attribute key is invalid', ['attribute_key']);
        if (state.contactAttributeKeys.has(key)) invalid('Attribute key has already been taken', ['attribute_key']);
        state.contactAttributeKeys.add(key);
        return json(toJson(key));
      },
    },
  ];
}

function toJson(key: string): unknown {
  return {
    id: 1,
    attribute_display_name: key,
    attribute_display_type: 'text',
    attribute_description: null,
    attribute_key: key,
    attribute_model: 'contact_attribute',
    attribute_values: [],
    default_value: null,
    regex_pattern: null,
    regex_cue: null,
  };
}
