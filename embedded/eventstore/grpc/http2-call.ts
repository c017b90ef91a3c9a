import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { FRAME_HEADER_BYTES, writeFrameHeader } from './message-assembler.ts';
import type { Call } from './service.ts';
import type { GrpcError } from './status.ts';
import { trailersOf } from './trailers.ts';

/** Bytes sent in one turn of the event loop above which the sender is told to wait. */
const MAX_UNFLUSHED_BYTES = 256 * 1024;

const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc' };

/** A call over one HTTP/2 stream. */
export class Http2Call implements Call {
  readonly headers: IncomingHttpHeaders;
  closed = false;

  private readonly stream: ServerHttp2Stream;
  private readonly closeListeners: (() => void)[] = [];
  private waiting: (() => void)[] = [];
  private outgoing: Uint8Array[] = [];
  private outgoingBytes = 0;
  private flushScheduled = false;
  private backedUp = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
    stream.on('drain', () => this.release());
    stream.once('aborted', () => this.over());
    stream.once('close', () => this.over());
    // An error of the stream (a reset, a lost connection) is followed by 'close'.
    stream.on('error', () => this.over());
  }

  get connectionName(): string | undefined {
    const name = this.headers['connection-name'];
    return typeof name === 'string' ? name : undefined;
  }

  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.closeListeners.push(listener);
  }

  send(message: Uint8Array): boolean {
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, 0, message.length);
    this.outgoing.push(header);
    return this.sendFramed(message);
  }

  sendFramed(frames: Uint8Array): boolean {
    if (this.closed) {
      this.outgoing = [];
      return true;
    }
    this.outgoing.push(frames);
    this.outgoingBytes += frames.length;
    if (!this.flushScheduled) {
      this.flushScheduled = true;
      setImmediate(() => this.flush());
    }
    return !this.backedUp && this.outgoingBytes < MAX_UNFLUSHED_BYTES;
  }

  writable(): Promise<void> {
    if (this.closed) return Promise.resolve();
    // What was sent in this turn has not reached the stream yet: only then is it known to be full.
    this.flush();
    if (!this.backedUp) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  end(): void {
    this.finish({ 'grpc-status': '0' });
  }

  fail(error: GrpcError): void {
    this.finish(trailersOf(error));
  }

  /** Resets the stream, after a deadline: the client must not go on sending. */
  reset(): void {
    if (!this.stream.destroyed) this.stream.close(constants.NGHTTP2_CANCEL);
  }

  private flush(): void {
    this.flushScheduled = false;
    if (this.closed || this.outgoing.length === 0) return;
    this.respond();
    const [only] = this.outgoing;
    const bytes =
      this.outgoing.length === 1 && only !== undefined ? only : Buffer.concat(this.outgoing);
    this.outgoing = [];
    this.outgoingBytes = 0;
    this.backedUp = !this.stream.write(bytes);
  }

  private respond(): void {
    if (!this.stream.headersSent && !this.stream.destroyed)
      this.stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
  }

  private finish(trailers: Record<string, unknown>): void {
    if (this.closed) return;
    this.flush();
    const { stream } = this;
    this.over();
    if (stream.destroyed) return;
    if (stream.headersSent) {
      stream.once('wantTrailers', () => {
        if (stream.destroyed) return;
        stream.sendTrailers(trailers as Record<string, string>);
        this.releaseRequest();
      });
      stream.end();
    } else {
      const headers = { ...RESPONSE_HEADERS, 'content-length': '0', ...trailers };
      stream.respond(headers, { endStream: true });
      this.releaseRequest();
    }
  }

  /** A client that still streams learns that nobody listens, once it has been told how the call ended. */
  private releaseRequest(): void {
    const { stream } = this;
    if (stream.readableEnded || stream.destroyed) return;
    stream.resume();
    setImmediate(() => {
      if (!stream.destroyed && !stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  private over(): void {
    if (this.closed) return;
    this.closed = true;
    this.outgoing = [];
    this.release();
    for (const listener of this.closeListeners.splice(0)) listener();
  }

  private release(): void {
    this.backedUp = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
