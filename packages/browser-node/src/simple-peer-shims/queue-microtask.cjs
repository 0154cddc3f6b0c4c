/** Every browser that runs the node has it. */
module.exports = (callback) => queueMicrotask(callback);
