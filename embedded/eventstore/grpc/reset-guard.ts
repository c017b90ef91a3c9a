/**
 * The HTTP/2 library below Node drops a connection, calls, answers and all, whose client resets more
 * than a thousand streams in a burst, or thirty-three a second for long (its answer to CVE-2023-44487),
 * and Node 20 offers no way to set that. Clients of an event store do cancel so many subscriptions.
 *
 * This counts along, a little stricter, and asks for a new connection in time (GOAWAY without an
 * error): calls under way go on, and the library counts no more. It waits for a moment in which no
 * call is opened, because a client that opens one just then may give up the old connection at once.
 */
const RESETS_BEFORE_ASKING = 600;
/** Asked even if calls are being opened: the library's patience is nearly at its end. */
const RESETS_BEFORE_INSISTING = 900;
const FORGIVEN_PER_SECOND = 25;
const CALM_MS = 50;

export class ResetGuard {
  private readonly ask: () => void;
  private readonly now: () => number;
  private resets = 0;
  private countedAt: number;
  private openedAt: number;
  private isAsked = false;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param ask asks the client for a new connection; called once at most
   * @param now milliseconds of a clock that does not jump
   */
  constructor(ask: () => void, now: () => number = () => performance.now()) {
    this.ask = ask;
    this.now = now;
    this.countedAt = now();
    this.openedAt = now();
  }

  callOpened(): void {
    this.openedAt = this.now();
  }

  callReset(): void {
    if (this.isAsked) return;
    const now = this.now();
    const forgiven = ((now - this.countedAt) / 1000) * FORGIVEN_PER_SECOND;
    this.resets = Math.max(0, this.resets - forgiven) + 1;
    this.countedAt = now;
    if (this.resets >= RESETS_BEFORE_INSISTING) this.askNow();
    else if (this.resets >= RESETS_BEFORE_ASKING) this.askWhenCalm();
  }

  /** The connection is gone. */
  stop(): void {
    clearTimeout(this.timer);
    this.isAsked = true;
  }

  private askWhenCalm(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.isAsked) return;
      if (this.now() - this.openedAt >= CALM_MS) this.askNow();
      else this.askWhenCalm();
    }, CALM_MS);
  }

  private askNow(): void {
    this.stop();
    this.ask();
  }
}
