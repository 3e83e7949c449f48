// CommonJS because the SDK loads converters with require(), in the worker and in the workflow bundle.
const { DefaultFailureConverter } = require('@temporalio/common');

// Messages and stack traces of failures go through the payload codec like everything else.
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
