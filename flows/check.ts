import type { FlowCheckContext, FlowProblem } from './flow.ts';
import { checkTemplate, describeProblem } from './template.ts';

/** An option that names a connection, and the types that will do. */
export interface ConnectionOption {
  readonly path: FlowProblem['path'];
  readonly name: string;
  readonly types: readonly string[];
  /** Such as `a helpdesk`. */
  readonly what: string;
}

/** A problem unless the named connection exists and has one of the types. */
export function connectionProblems(context: FlowCheckContext, option: ConnectionOption): readonly FlowProblem[] {
  const type = context.connectionType(option.name);
  if (type !== undefined && option.types.includes(type)) return [];
  const types = option.types.join(' or ');
  return [
    {
      path: option.path,
      expected: `the name of ${option.what} connection (${types})`,
      found: type === undefined ? `${option.name}, which is no connection` : `${option.name}, which is a ${type} connection`,
      hint: `Name a connection of type ${types}, or add one.`,
    },
  ];
}

/** The problems of a template option. */
export function templateProblems(path: FlowProblem['path'], text: string, fields: readonly string[]): readonly FlowProblem[] {
  return checkTemplate(text, fields).map((problem) => ({
    path,
    expected: 'a template whose placeholders are known fields, such as {{' + (fields[0] ?? 'field') + '}}',
    found: problem.found,
    hint: describeProblem(problem, fields),
  }));
}
