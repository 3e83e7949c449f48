/**
 * A condition that always holds and that PostgreSQL's planner takes for rare. It expects 100 rows of a JSON list and would rather read
 * a table whole, once, than look up 100; told to expect one, it looks up each, at any size of the table. `column`: a number, never null.
 */
export function expectOne(column: string): string {
  return `${column} = ${column} + 0`;
}
