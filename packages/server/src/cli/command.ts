// In: the arguments after the command's name, and the ports it may use. Out: its result on stdout, and nothing else there.
// Never: a secret taken from an argument, where other users of the machine can read it; nor process.exit, which would cut the output.
import type { Auth } from '../auth/auth.ts';
import type { Environment } from '../config/env.ts';
import type { Database } from '../storage/database.ts';
import type { DatabaseLocation } from '../storage/open-database.ts';

export interface CommandPorts {
  /** Opens the database that is there, beside a running server; asked for only once the arguments are known to be right. */
  openDatabase: () => Promise<Database>;
  /** The same, for what concerns accounts; one that is not there is made. */
  openAuth: () => Promise<Auth>;
  /** For the command that says what is wrong with it. */
  environment: Environment;
  /** Where people reach the server, without a slash at the end. */
  publicUrl: string;
  /** The identity provider whose tokens the server takes. */
  oidcIssuer: string | undefined;
  /** Of the database, for what concerns the whole of it. */
  location: DatabaseLocation;
  /** Of this Sluice. */
  version: string;
  stdin: AsyncIterable<Uint8Array>;
  /** Writes text to stdout as it is, and waits until there is room for more. */
  write: (text: string) => Promise<void>;
  /** All of stdin, to its end. */
  readStdin: () => Promise<string>;
  /** Writes one line to stdout. */
  print: (line: string) => void;
  /** Writes one line to stderr, for the person at the terminal. */
  remark: (line: string) => void;
}

/** @throws {UsageError} for arguments it does not take; any other error is told in one line */
export type Command = (ports: CommandPorts, argv: string[]) => Promise<void>;
