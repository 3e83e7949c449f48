import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { Silence } from '../../store/driver/silence.ts';
import { isBadRow, isRolledBack, losesConnection, sqlState, toStoreFailure } from '../../store/driver/sql-failure.ts';

const WHAT_TO_DO = 'Look at it.';
const DETAIL = 'Key (email)=(planted@example.com)';

/** As the driver has it: the server's words, a code, a severity. */
function driverError(code: string, severity = 'ERROR'): Error {
  return Object.assign(new Error(DETAIL), { code, severity });
}

/** Names of postgresql.org/docs/current/errcodes-appendix.html. */
const AWAY = [
  ['53100', 'disk_full', 'its disk is full'],
  ['53200', 'out_of_memory', 'it is out of memory'],
  ['53300', 'too_many_connections', 'it has no connection left'],
  ['53400', 'configuration_limit_exceeded', 'it refused a statement'],
  ['58030', 'io_error', 'its files cannot be read or written'],
  ['58P01', 'undefined_file', 'its files cannot be read or written'],
  ['XX000', 'internal_error', 'its files cannot be read or written'],
  ['XX001', 'data_corrupted', 'its files cannot be read or written'],
  ['XX002', 'index_corrupted', 'its files cannot be read or written'],
  ['28P01', 'invalid_password', 'it refuses the user or the password'],
  ['28000', 'invalid_authorization_specification', 'it refuses the user or the password'],
  ['3D000', 'invalid_catalog_name', 'the database does not exist'],
  ['3F000', 'invalid_schema_name', 'our tables are missing'],
  ['42P01', 'undefined_table', 'our tables are missing'],
  ['42703', 'undefined_column', 'our tables are missing'],
  ['42501', 'insufficient_privilege', 'our user lacks a right'],
  ['25006', 'read_only_sql_transaction', 'it can only be read'],
  ['25P03', 'idle_in_transaction_session_timeout', 'it refused a statement'],
  ['55006', 'object_in_use', 'it refused a statement'],
  ['55P03', 'lock_not_available', 'a statement took too long'],
  ['57014', 'query_canceled', 'a statement took too long'],
  ['57P01', 'admin_shutdown', 'it is stopping or starting'],
  ['57P03', 'cannot_connect_now', 'it is stopping or starting'],
  ['08006', 'connection_failure', 'it refused a statement'],
  ['0A000', 'feature_not_supported', 'it refused a statement'],
  ['P0001', 'raise_exception', 'it refused a statement'],
  ['ECONNREFUSED', 'of the operating system', 'it cannot be reached'],
  ['EPIPE', 'of the operating system', 'it cannot be reached'],
] as const;

describe('a failure of the store', () => {
  it.each(AWAY)('%s (%s) is the store that is away, says why, and quotes nothing', (code, _name, cause) => {
    const failure = toStoreFailure(driverError(code), WHAT_TO_DO);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(String(failure)).toContain(cause);
    expect(String(failure)).toContain(code);
    expect(String(failure)).not.toContain('planted');
  });

  it.each([
    ['a dying thread', Object.assign(new Error('unreachable'), { name: 'RuntimeError' })],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['silence', new Silence(800)],
  ])('%s, without a code, is the store that is away, and its connection is lost', (_what, error) => {
    expect(toStoreFailure(error, WHAT_TO_DO)).toBeInstanceOf(StoreUnavailable);
    expect(String(toStoreFailure(error, WHAT_TO_DO))).toContain(WHAT_TO_DO);
    expect(losesConnection(error)).toBe(true);
  });

  it.each(['22P05', '22021', '23505', '54000'])('%s is a bad row: it is passed on as it is', (code) => {
    const error = driverError(code);
    expect(toStoreFailure(error, WHAT_TO_DO)).toBe(error);
    expect(isBadRow(error)).toBe(true);
    expect(losesConnection(error)).toBe(false);
  });

  it.each(['40001', '40P01'])('%s was rolled back because of others: it is passed on as it is, to be repeated', (code) => {
    const error = driverError(code);
    expect(toStoreFailure(error, WHAT_TO_DO)).toBe(error);
    expect(isRolledBack(error)).toBe(true);
  });

  it.each([
    ['57P01', 'FATAL', true],
    ['25006', 'ERROR', true],
    ['25P03', 'FATAL', true],
    ['0A000', 'ERROR', true],
    ['08006', 'ERROR', true],
    ['58P01', 'PANIC', true],
    ['EPIPE', 'ERROR', true],
    ['53100', 'ERROR', false],
    ['42P01', 'ERROR', false],
    ['57014', 'ERROR', false],
  ])('%s with severity %s loses its connection: %s', (code, severity, lost) => {
    expect(losesConnection(driverError(code, severity))).toBe(lost);
  });

  it('the codes of the operating system are no SQLSTATE, also those of five letters', () => {
    expect(['EPIPE', 'ECONNRESET', '53100'].map((code) => sqlState(driverError(code)))).toEqual([null, null, '53100']);
  });
});
