export {
  type OpenTrackerSocket,
  TrackerClient,
  type TrackerClientEvents,
  type TrackerClientOptions,
  type TrackerSocket,
  type TrackerSocketEvents,
} from './tracker-client.js';
