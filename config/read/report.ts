import type { Problem } from './problem.ts';

/** Problems and warnings as an operator reads them: one paragraph each, the place first so that editors can jump to it. */
export function formatProblems(problems: readonly Problem[], warnings: readonly Problem[] = []): string {
  const paragraphs = [...problems.map((problem) => paragraph(problem, '')), ...warnings.map((warning) => paragraph(warning, 'warning: '))];
  if (problems.length === 0) return paragraphs.join('\n\n');
  return [...paragraphs, `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. Nothing was started.`].join('\n\n');
}

/** The same as one JSON document. */
export function problemsToJson(problems: readonly Problem[], warnings: readonly Problem[] = []): string {
  return JSON.stringify({ ok: problems.length === 0, problems, warnings }, null, 2);
}

function paragraph(problem: Problem, prefix: string): string {
  const what = problem.path === '' ? '(the file)' : problem.path;
  return [
    `${prefix}${problem.file}:${problem.line}:${problem.column}  ${what}`,
    `  expected  ${problem.expected}`,
    `  found     ${problem.found}`,
    `  hint      ${problem.hint}`,
  ].join('\n');
}
