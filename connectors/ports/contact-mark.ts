/** Which record of a connected system a contact of the helpdesk stands for. */
export interface ContactMark {
  /** The contact's attribute that holds the record's id. */
  readonly attribute: string;
  readonly id: string;
  /** The same in one text, where a helpdesk knows a contact that has neither e-mail address nor phone number by one key alone. */
  readonly identifier: string;
}

/**
 * The mark of a record: attribute `<connection>_id` = the record's id. Every flow and job marks contacts by this one function; it stands
 * in records that last, so it never changes.
 */
export function toContactMark(record: { readonly connection: string; readonly id: string }): ContactMark {
  const { connection, id } = record;
  return { attribute: `${connection}_id`, id, identifier: `${connection}:${id}` };
}
