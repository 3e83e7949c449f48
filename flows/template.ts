/** Longest template that is accepted, in characters. */
export const MAX_TEMPLATE_CHARS = 1_000;

/** What is wrong with a template, and where. */
export interface TemplateProblem {
  /** Characters from the start of the text, the first one being 0. */
  readonly position: number;
  readonly problem: 'unknown_field' | 'empty_field' | 'unclosed' | 'unopened';
  /** The text that is wrong, as written. */
  readonly found: string;
  /** The allowed field that is spelled most alike; null where none is near. */
  readonly nearest: string | null;
}

/** The values of a template's fields; null: not known. */
export type TemplateValues<Field extends string> = { readonly [F in Field]: string | null };

/** A template taken apart: plain text, and fields such as `invoice.amount`. */
type Part = { readonly text: string } | { readonly field: string; readonly source: string; readonly position: number };

/** Every problem of a template with `{{field}}` placeholders, in the order of the text. Empty: it can be rendered. */
export function checkTemplate(text: string, fields: readonly string[]): readonly TemplateProblem[] {
  return parse(text)
    .flatMap((part) => ('field' in part ? fieldProblem(part, fields) : []))
    .concat(braceProblems(text))
    .sort((a, b) => a.position - b.position);
}

/** One sentence for a person about a problem of a template. */
export function describeProblem(problem: TemplateProblem, fields: readonly string[]): string {
  const where = `at character ${problem.position + 1}`;
  if (problem.problem === 'unclosed') return `Close the placeholder that is opened with {{ ${where} by }}.`;
  if (problem.problem === 'unopened') return `Remove the }} ${where}, or open a placeholder with {{ before it.`;
  const known = `Fields: ${fields.join(', ')}.`;
  return problem.nearest === null
    ? `There is no such field (${where}). ${known}`
    : `There is no such field (${where}): did you mean ${problem.nearest}? ${known}`;
}

/**
 * The template with its placeholders replaced; values are put in as they are, so escape them before. Total: a value that is
 * not known becomes `missing`, and what is not a known placeholder stays as written.
 */
export function renderTemplate(text: string, values: { readonly [field: string]: string | null }, missing = ''): string {
  const render = (part: Part): string => {
    if (!('field' in part)) return part.text;
    return Object.hasOwn(values, part.field) ? (values[part.field] ?? missing) : part.source;
  };
  return parse(text).map(render).join('');
}

/** Whether a template has a placeholder for a field with this beginning. */
export function usesField(text: string, beginning: string): boolean {
  return parse(text).some((part) => 'field' in part && part.field.startsWith(beginning));
}

function parse(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{\{([^{}]*)\}\}/g)) {
    parts.push({ text: text.slice(end, match.index) });
    parts.push({ field: (match[1] ?? '').trim(), source: match[0], position: match.index });
    end = match.index + match[0].length;
  }
  parts.push({ text: text.slice(end) });
  return parts;
}

function fieldProblem(
  part: { readonly field: string; readonly source: string; readonly position: number },
  fields: readonly string[],
): readonly TemplateProblem[] {
  if (fields.includes(part.field)) return [];
  const problem = part.field === '' ? 'empty_field' : 'unknown_field';
  return [{ position: part.position, problem, found: part.source, nearest: nearestName(part.field, fields) }];
}

function braceProblems(text: string): readonly TemplateProblem[] {
  const outside = text.replace(/\{\{[^{}]*\}\}/g, (placeholder) => ' '.repeat(placeholder.length));
  return [...outside.matchAll(/\{\{|\}\}/g)].map((match) => ({
    position: match.index,
    problem: match[0] === '{{' ? 'unclosed' : 'unopened',
    found: match[0],
    nearest: null,
  }));
}

/** The name within a third of its length in edits, the nearest first; null where none is. */
export function nearestName(sought: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(sought.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (b[j - 1] === character ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? b.length;
}
