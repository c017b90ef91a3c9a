import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEW_LINE = 0x0a;
const READ_CHUNK_BYTES = 1 << 20;
/** How long a line that nobody waits for may stay in memory, in ms. */
const IDLE_FLUSH_MS = 500;

/** A journal that cannot be read back: a line other than the last is not JSON. */
export class JournalCorrupted extends Error {
  readonly code = 'JOURNAL_CORRUPTED';
}

/**
 * An append-only file of JSON lines. Lines that arrive while a write is under way are written and synced
 * together by the next one (group commit), so the cost of a sync is shared by all who wait for it.
 */
export interface Journal {
  /** Adds a line. With `awaited: false` it rides along with the next sync and no answer depends on it. */
  append(line: string, awaited: boolean): void;
  /** Resolves when every awaited line so far is on disk; rejects for ever after a failed write. */
  settled(): Promise<void>;
  /** Resolves with the error of the first write that failed; nothing can be stored after it. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

/** A journal for a sandbox without a data directory: keeps nothing. */
export const memoryJournal: Journal = {
  append: () => undefined,
  settled: () => Promise.resolve(),
  failed: new Promise(() => undefined),
  close: () => Promise.resolve(),
};

/** What opening a journal found: the journal, and how many bytes of an unfinished last line were cut off. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly lines: number;
  readonly cutBytes: number;
}

/**
 * Opens (or creates) the journal at `path` and hands every stored line, parsed, to `replay` in order.
 * A torn last line, which nobody was answered for, is cut off; damage anywhere else throws {@link JournalCorrupted}.
 */
export async function openJournal(
  path: string,
  replay: (line: unknown) => void,
): Promise<OpenedJournal> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const { lines, goodBytes, totalBytes } = await readLines(file, replay);
    if (goodBytes < totalBytes) {
      await file.truncate(goodBytes);
      await file.datasync();
    }
    return { journal: new FileJournal(file), lines, cutBytes: totalBytes - goodBytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readLines(file: FileHandle, replay: (line: unknown) => void) {
  let rest: Buffer = Buffer.alloc(0);
  let lines = 0;
  let goodBytes = 0;
  let totalBytes = 0;
  let broken = false;
  for (;;) {
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(READ_CHUNK_BYTES),
      0,
      READ_CHUNK_BYTES,
      totalBytes,
    );
    if (bytesRead === 0) return { lines, goodBytes, totalBytes };
    totalBytes += bytesRead;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
      if (broken) throw new JournalCorrupted(`journal line ${lines + 1} is damaged`);
      const value = parsed(bytes.toString('utf8', start, end));
      if (value === undefined) {
        broken = true; // forgiven when it turns out to be the last line
      } else {
        replay(value);
        lines += 1;
        goodBytes += end + 1 - start;
      }
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class FileJournal implements Journal {
  readonly failed: Promise<Error>;
  readonly #file: FileHandle;
  #waitingLines: string[] = [];
  /** The write that will carry the lines that wait now; exists only when somebody waits for them. */
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(file: FileHandle) {
    this.#file = file;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  append(line: string, awaited: boolean): void {
    this.#waitingLines.push(line);
    if (awaited) this.#schedule();
    else this.#idleTimer ??= setTimeout(() => this.#schedule(), IDLE_FLUSH_MS).unref();
  }

  settled(): Promise<void> {
    return this.#next ?? this.#current;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    if (this.#waitingLines.length > 0) this.#schedule();
    await this.settled().catch(() => undefined);
    await this.#file.close();
  }

  #schedule(): void {
    if (this.#next) return;
    const previous = this.#current;
    const next = previous.then(() => {
      this.#next = undefined;
      this.#current = next;
      return this.#write();
    });
    next.catch((error: Error) => this.#fail(error)); // whoever waits in settled() sees it too
    this.#next = next;
  }

  async #write(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    const lines = this.#waitingLines;
    this.#waitingLines = [];
    await this.#file.appendFile(`${lines.join('\n')}\n`);
    await this.#file.datasync();
  }
}
