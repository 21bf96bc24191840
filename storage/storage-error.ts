import { BugError, MachineError, StaleFenceError, UserError } from '../core/errors.ts';

/** Prisma: server away, timeouts, pool exhausted, transaction lost, write conflict. */
const prismaWeather = /^P(1001|1002|1008|1011|1017|2024|2028|2034|2037)$/;
/**
 * PostgreSQL's classes and codes that another attempt may not meet: connection (08), transaction rollback (40), resources (53), locks (55P03),
 * server shutting down or starting (57), system (58), read-only while failing over (25006).
 */
const postgresWeather = /^(08|40|53|57|58)|^(55P03|25006)$/;
/** What Prisma's adapter calls an error before it has a code, which raw queries never get. */
const adapterWeather =
  /^(DatabaseNotReachable|SocketTimeout|ConnectionClosed|TlsConnectionError|TransactionAlreadyClosed|TransactionWriteConflict|TooManyConnections)$/;
const nodeWeather = /^(ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
/** What the drivers say without a code: a session killed in a transaction, the pool exhausted, a connection that never came. */
const wordsOfWeather =
  /connection (terminated|timeout|closed|ended)|timeout (exceeded|expired)|server closed|not queryable|Client was closed|Transaction (already closed|API error|not found)|Unable to start a transaction|Can't reach database|has been ended|ConnectionClosed|SocketTimeout/i;
/** The person must act: wrong password, no such database, no rights. */
const accessDenied = /^(28|3D000|42501|P1000|P1003|P1010)/;

/**
 * Says by whose act an error of the database can be mended: trouble with the connection is a MachineError, a wrong address or missing rights a
 * UserError, all else (constraints, types, syntax) a BugError that carries `context`. Our own errors pass through.
 */
export function storageError(error: unknown, method: string, context: Readonly<Record<string, unknown>> = {}): Error {
  if (
    error instanceof MachineError ||
    error instanceof UserError ||
    error instanceof StaleFenceError ||
    error instanceof BugError
  ) {
    return error;
  }
  const codes = codesOf(error);
  const message = messageOf(error);
  const isWeather = codes.some(
    (code) =>
      prismaWeather.test(code) ||
      (code.length === 5 && postgresWeather.test(code)) ||
      adapterWeather.test(code) ||
      nodeWeather.test(code),
  );
  if (isWeather || (!codes.some(isConstraint) && wordsOfWeather.test(message))) {
    return Object.assign(new MachineError(`The database cannot be reached (${method}): ${message}`), { cause: error });
  }
  if (codes.some((code) => accessDenied.test(code))) {
    return new UserError(`The database refused us (${method}): ${message}. Check DATABASE_URL.`);
  }
  return Object.assign(new BugError(`The database refused a ${method}: ${message}`, { method, codes, ...context }), {
    cause: error,
  });
}

/** Whether a row was there already that a unique index allows once. */
export function isUniqueViolation(error: unknown): boolean {
  return codesOf(error).some((code) => code === '23505' || code === 'P2002');
}

function isConstraint(code: string): boolean {
  return code.startsWith('23') || code === 'P2002' || code === 'P2003';
}

/** Codes (and kinds, of Prisma's adapter) of the error and of everything it wraps: Prisma keeps PostgreSQL's code some levels down. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { code, originalCode, kind, meta, cause, driverAdapterError, errors } = error as Record<string, unknown>;
  const own = [code, originalCode, kind].filter((value) => typeof value === 'string');
  const inner = [meta, cause, driverAdapterError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [...own, ...inner.flatMap((value) => codesOf(value, depth + 1))];
}

/** Prisma's messages begin with a picture of the calling code. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text =
    error instanceof AggregateError && error.message === '' ? error.errors.map(String).join('; ') : error.message;
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
