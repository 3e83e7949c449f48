import type { Finding } from '../model/finding.ts';
import type { FlowCheckContext } from './flow.ts';
import { checkTemplate, describeProblem } from './template.ts';

/** An option that names a connection, and the role that its system must have. */
export interface ConnectionOption {
  readonly path: Finding['path'];
  readonly name: string;
  readonly role: string;
  /** Such as `a helpdesk`. */
  readonly what: string;
}

/** A problem unless the named connection exists and its system has the role. */
export function connectionProblems(context: FlowCheckContext, option: ConnectionOption): readonly Finding[] {
  const connection = context.connection(option.name);
  if (connection?.roles.includes(option.role) === true) return [];
  const types = context.typesWith(option.role).join(' or ');
  return [
    {
      path: option.path,
      expected: `the name of ${option.what} connection (${types})`,
      found:
        connection === undefined ? `${option.name}, which is no connection` : `${option.name}, which is a ${connection.type} connection`,
      hint: `Name a connection of type ${types}, or add one.`,
    },
  ];
}

/** The problems of a template option. */
export function templateProblems(path: Finding['path'], text: string, fields: readonly string[]): readonly Finding[] {
  return checkTemplate(text, fields).map((problem) => ({
    path,
    expected: 'a template whose placeholders are known fields, such as {{' + (fields[0] ?? 'field') + '}}',
    found: problem.found,
    hint: describeProblem(problem, fields),
  }));
}
