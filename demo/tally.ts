/** What a person wrote that must be in Slack. */
export interface Said {
  /** Helpdesk and conversation, such as `chatwoot/12`. */
  readonly conversation: string;
  /** Stands in the text as `(message 17)`, once in the whole demo. */
  readonly number: number;
}

/** What the remote systems hold. */
export interface Found {
  /** The texts of each thread in Slack, root first. */
  readonly threads: readonly (readonly string[])[];
  /** The private notes at both helpdesks. */
  readonly notes: readonly string[];
}

/** One kind of effect: what had to be there, and what is. */
export interface EffectRow {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
  readonly lost: number;
  readonly doubled: number;
  /** null: this kind has no order. */
  readonly outOfOrder: number | null;
}

const MESSAGE = /\(message (\d+)\)/g;
const INVOICE = /for invoice (\S+) failed/g;

/** Compares what was done at the remote systems with what had to be done. `invoices`: their numbers, as the notes name them. */
export function tally(said: readonly Said[], invoices: readonly string[], { threads, notes }: Found): readonly EffectRow[] {
  const conversationOf = new Map(said.map(({ number, conversation }) => [number, conversation]));
  const numbers = threads.map((texts) => texts.flatMap((text) => numbersIn(text)));
  const owners = numbers.map((inThread) => conversationOf.get(inThread[0] ?? -1) ?? 'nobody');
  const conversations = new Set(conversationOf.values());
  return [
    { ...compare('threads in Slack, one a conversation', [...conversations], owners), outOfOrder: null },
    {
      ...compare('messages in Slack', [...conversationOf.keys()], numbers.flat()),
      outOfOrder: numbers.reduce((sum, inThread) => sum + countDescents(inThread), 0),
    },
    {
      ...compare(
        'notes about failed payments',
        invoices,
        notes.flatMap((note) => [...note.matchAll(INVOICE)].map((match) => match[1] ?? '')),
      ),
      outOfOrder: null,
    },
  ];
}

/** The message numbers in a text. */
export function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(MESSAGE)].map((match) => Number(match[1]));
}

/** What was found more than once, or was not expected at all, counts as doubled. */
function compare<Id>(what: string, expected: readonly Id[], found: readonly Id[]): Omit<EffectRow, 'outOfOrder'> {
  const wanted = new Set(expected);
  const distinct = new Set(found.filter((id) => wanted.has(id)));
  return { what, expected: wanted.size, found: found.length, lost: wanted.size - distinct.size, doubled: found.length - distinct.size };
}

function countDescents(numbers: readonly number[]): number {
  return numbers.filter((number, index) => index > 0 && number < (numbers[index - 1] ?? number)).length;
}
