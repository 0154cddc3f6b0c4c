/** A gateway in a process of its own, so that it can be killed. Tells its parent when it is ready. */
import { createGateway } from '@vision-light/gateway';

const gateway = await createGateway({
  host: '127.0.0.1',
  live: false,
  ...JSON.parse(process.env.GATEWAY_OPTIONS),
});
process.send({ height: gateway.tip.height });
process.once('disconnect', () => process.exit(0));
