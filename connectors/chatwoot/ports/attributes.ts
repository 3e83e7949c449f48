import { orElse, orElseRefused } from '../../call/caller.ts';
import { wireAttributes } from '../call/wire.ts';
import type { ContactMark } from '../../ports/contact-mark.ts';
import type { Send } from '../../../model/effect.ts';
import type { Chatwoot } from './scope.ts';

const ROUTE = '/api/v1/accounts/:id/custom_attribute_definitions';
/** Numbers of Chatwoot's: attributes of contacts, and text (chatwoot/chatwoot app/models/custom_attribute_definition.rb). */
const CONTACT_ATTRIBUTE = 1;
const TEXT = 0;

/**
 * Sees to it that contacts can be filtered by a mark: `now` where its definition was made by this call. A token that may not define
 * attributes still writes them, and contacts are then found by their other keys.
 * https://developers.chatwoot.com/api-reference/custom-attributes/add-a-new-custom-attribute
 */
export async function defineAttribute(chatwoot: Chatwoot, { attribute }: ContactMark, send: Send): Promise<'before' | 'now' | 'refused'> {
  const path = `${chatwoot.accountPath}/custom_attribute_definitions`;
  const listing = { method: 'GET', path, route: ROUTE, query: { attribute_model: CONTACT_ATTRIBUTE } } as const;
  const known = await chatwoot.call.list(listing, wireAttributes).catch(orElseRefused(null));
  if (known === null) return 'refused';
  if (known.items.some((one) => one.attribute_key === attribute)) return 'before';
  const json = {
    attribute_display_name: attribute,
    attribute_description: 'Id of the record that this contact stands for. Kept by Deskbridge.',
    attribute_display_type: TEXT,
    attribute_key: attribute,
    attribute_model: CONTACT_ATTRIBUTE,
  };
  const define = { method: 'POST', path, route: ROUTE, json, sendBy: send.sendBy } as const;
  // 422: another worker was faster.
  const made = chatwoot.call.send(define).then(() => 'now' as const);
  return made.catch(orElse('invalid', 'before' as const)).catch(orElseRefused('refused' as const));
}
