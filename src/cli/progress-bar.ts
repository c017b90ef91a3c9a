import { SingleBar } from 'cli-progress';
import type { RebuildProgress } from '../runtime/rebuild.ts';

/** Without a terminal a line is printed no more often than this. */
const LINE_EVERY_MS = 5_000;

const eta = (seconds: number | null): string =>
  seconds === null
    ? '–'
    : seconds < 90
      ? `${Math.ceil(seconds)} s`
      : `${Math.ceil(seconds / 60)} min`;

/** The progress as a line of text: what the bar shows, for logs. */
export const progressLine = (progress: RebuildProgress): string =>
  `${String(Math.floor(progress.fraction * 100)).padStart(3)}% ${progress.phase}, ${progress.events} events, ` +
  `${Math.round(progress.eventsPerSecond)} events/s, ETA ${eta(progress.etaSeconds)}`;

/**
 * Shows how far a rebuild is: a bar on a terminal, now and then a line elsewhere.
 * @param tell writes a line where there is no terminal
 */
export const progressBar = (
  tell: (line: string) => void,
): { readonly show: (progress: RebuildProgress) => void; readonly stop: () => void } => {
  if (!process.stderr.isTTY) return lines(tell);
  const bar = new SingleBar({
    format: '{bar} {percentage}% {phase} | {events} events | {rate} events/s | ETA {left}',
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    show: (progress) => {
      const payload = {
        phase: progress.phase,
        events: progress.events,
        rate: Math.round(progress.eventsPerSecond),
        left: eta(progress.etaSeconds),
      };
      if (!started) bar.start(100, 0, payload);
      started = true;
      bar.update(Math.floor(progress.fraction * 100), payload);
    },
    stop: () => {
      if (started) bar.stop();
      started = false;
    },
  };
};

const lines = (tell: (line: string) => void) => {
  let toldAt = Number.NEGATIVE_INFINITY;
  let phase = '';
  return {
    show: (progress: RebuildProgress): void => {
      const now = performance.now();
      if (progress.phase === phase && now - toldAt < LINE_EVERY_MS) return;
      toldAt = now;
      phase = progress.phase;
      tell(progressLine(progress));
    },
    stop: (): void => undefined,
  };
};
