/** Where a Temporal UI shows a workflow. */
export function toWorkflowLink(uiOrigin: string, namespace: string, workflowId: string): string {
  return `${uiOrigin}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
