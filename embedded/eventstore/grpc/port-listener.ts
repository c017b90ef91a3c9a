import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { GrpcServer } from './grpc-server.ts';

/** First bytes of every HTTP/2 connection (RFC 9113, 3.4); no HTTP/1.1 request starts with them. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A connection that says nothing for so long is closed. */
const SILENCE_MS = 60_000;

/** One port for HTTP/2 with gRPC and for HTTP/1.1: told apart by the first bytes of a connection. */
export class PortListener {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly grpc: GrpcServer;
  private readonly http1: HttpServer;

  constructor(grpc: GrpcServer, http1: HttpServer) {
    this.grpc = grpc;
    this.http1 = http1;
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
  }

  /** Starts to listen; gives the port, which the system chooses for port 0. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Takes no more connections, lets the calls end, then drops what is left. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await this.grpc.stop(graceMs);
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    let seen: Buffer = Buffer.alloc(0);
    const look = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const compared = Math.min(seen.length, HTTP2_PREFACE.length);
      const isHttp2 = seen.subarray(0, compared).equals(HTTP2_PREFACE.subarray(0, compared));
      if (isHttp2 && compared < HTTP2_PREFACE.length) return;
      socket.off('data', look);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.pause();
      socket.unshift(seen);
      if (isHttp2) this.grpc.accept(socket);
      else {
        this.http1.emit('connection', socket);
        socket.resume();
      }
    };
    socket.on('data', look);
  }
}
