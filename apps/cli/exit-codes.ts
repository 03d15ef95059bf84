/** What the exit code of every command says, so that a script need not read text. */
export const exitCodes = {
  ok: 0,
  /** A file was read and does not prove what it claims. */
  verificationFailed: 1,
  /** Wrong usage, or a file that cannot be read or recognised. */
  usage: 2,
  /** The platform refused the act and said why. */
  refused: 3,
  /** Not signed in, or the session has ended. */
  notSignedIn: 4,
  /** The platform cannot be reached or has a fault. */
  unreachable: 5,
  /** A defect of the command line itself. */
  fault: 6,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a code and a sentence for standard error. */
export class CommandEnded extends Error {
  override readonly name = 'CommandEnded';
  constructor(
    readonly code: ExitCode,
    message: string,
    /** The platform's problem document as it was sent, its code, and after how many seconds it asks to be tried again, where it said so. */
    readonly refused: { readonly code?: string; readonly afterSeconds?: number; readonly problem?: unknown } = {},
  ) {
    super(message);
  }
}
