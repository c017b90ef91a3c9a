import { createServer } from 'node:http';
import { GrpcServer } from '../../../embedded/eventstore/grpc/grpc-server.ts';
import { PortListener } from '../../../embedded/eventstore/grpc/port-listener.ts';
import { jsonLogger } from '../../../embedded/eventstore/logger.ts';
import {
  SUPPORTED,
  serverFeaturesService,
} from '../../../embedded/eventstore/services/server-features-service.ts';
import { floorGroups } from '../floor-groups.ts';
import { Floor, floorStreams } from '../floor-streams.ts';

const floor = new Floor();
const services = [floorStreams(floor), floorGroups(floor), serverFeaturesService(SUPPORTED)];
const listener = new PortListener(new GrpcServer(services, jsonLogger()), createServer());
const port = await listener.listen(0, '127.0.0.1');
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready', port, url: `esdb://127.0.0.1:${port}?tls=false` });
