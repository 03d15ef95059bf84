/** Of the socket: nobody answered, or whoever did went away. */
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/**
 * What PostgreSQL answers when it cannot work for us now (PostgreSQL, appendix A): connection exceptions, too many connections, shut down
 * or starting, a statement or a transaction past its limit, a lock that was not had in time.
 */
const sqlStates = /^(08...|53300|57P0[1-3]|57014|25P03|55P03)$/;
/** The driver has no codes for these. */
const driverSays =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether a fault says that the database is away, or not to be had now: whatever was asked, nothing is known of how it ended. */
export function isDatabaseAway(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false;
  const { code } = fault as { code?: unknown };
  if (typeof code === 'string' && (socketCodes.has(code) || sqlStates.test(code))) return true;
  return driverSays.test(fault.message);
}
