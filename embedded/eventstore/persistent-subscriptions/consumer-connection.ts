import type { Call, RequestSink } from '../grpc/service.ts';
import { handlerFailure } from '../grpc/status.ts';
import { type ReadRequest, readReadRequest } from './codec/read-request.ts';
import { confirmation, eventFrame } from './codec/read-response.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { Consumer, type ConsumerPort } from './engine/consumer.ts';
import { Latencies } from './engine/latencies.ts';
import { groupId } from './names.ts';
import type { PersistentSubscriptions } from './persistent-subscriptions.ts';
import { consumerDropped, subscriberLimit } from './refusals.ts';
import type { RunningGroup } from './running-group.ts';

/** Name in the info of a connection that gave none. */
const UNNAMED = '<unknown>';

/** One `Read` call: joins a group, delivers its events, and takes their acknowledgements. */
export class ConsumerConnection implements RequestSink, ConsumerPort<DeliveredEvent> {
  private readonly subscriptions: PersistentSubscriptions;
  private readonly call: Call;
  private group: RunningGroup | undefined;
  private structuredIds = false;
  private saturated = false;

  constructor(subscriptions: PersistentSubscriptions, call: Call) {
    this.subscriptions = subscriptions;
    this.call = call;
  }

  message(request: Buffer): void {
    const message = readReadRequest(request);
    if (this.group === undefined) {
      if (message.kind !== 'options') throw handlerFailure();
      this.join(message);
    } else if (message.kind === 'ack') this.group.engine.ack(message.ids);
    else if (message.kind === 'nack')
      this.group.engine.nack(message.ids, message.action, message.reason);
  }

  /** A client that says no more can still be delivered to, up to its buffer size. */
  halfClosed(): void {}

  deliver(event: DeliveredEvent, retryCount: number): void {
    if (this.call.sendFramed(eventFrame(event, retryCount, this.structuredIds))) return;
    if (this.saturated) return;
    this.saturated = true;
    void this.call.writable().then(() => {
      this.saturated = false;
      if (!this.call.closed) this.group?.engine.push();
    });
  }

  drop(): void {
    if (this.group === undefined) return;
    const { source, group } = this.group.definition;
    this.call.fail(consumerDropped(source, group));
  }

  isSaturated(): boolean {
    return this.saturated;
  }

  private join(options: Extract<ReadRequest, { kind: 'options' }>): void {
    const { source, group: name, bufferSize, structuredIds } = options;
    if (structuredIds === undefined || bufferSize < 0) throw handlerFailure();
    const group = this.subscriptions.find(source, name);
    if (group.engine.isFull()) throw subscriberLimit(source, name);
    this.structuredIds = structuredIds;
    this.group = group;
    const consumer = new Consumer<DeliveredEvent>(this, {
      bufferSize,
      connectionName: this.call.connectionName ?? UNNAMED,
      latencies: group.definition.settings.extraStatistics ? new Latencies() : undefined,
    });
    this.call.send(confirmation(groupId(source, name)));
    group.engine.connect(consumer);
    this.call.onClose(() => group.engine.disconnect(consumer));
  }
}
