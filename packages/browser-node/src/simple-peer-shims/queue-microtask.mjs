/** Every browser that runs the node has it. */
export default (callback) => queueMicrotask(callback);
