/**
 * The only worker script, in two roles by the worker's name: the node, and a hash worker of the node. One script, so that
 * nothing is shipped twice, and so that a page names one address.
 */

import { workerNames } from '../boundary/worker-names.js';
import { startNodeWorker } from './node-worker.js';
import { startPowWorker } from './pow-worker.js';
import type { WorkerScope } from './worker-scope.js';

const scope = self as unknown as WorkerScope<never>;
if (scope.name === workerNames.pow) startPowWorker(scope);
else startNodeWorker(scope);
