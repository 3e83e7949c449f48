/** Where a Temporal UI shows a workflow. */
export function toWorkflowLink(uiOrigin: string, namespace: string, workflowId: string): string {
  return `${uiOrigin}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** Where the Temporal UI lists a namespace's workflows. */
export function toWorkflowsPage(uiOrigin: string, namespace: string): string {
  return `${uiOrigin}/namespaces/${encodeURIComponent(namespace)}/workflows`;
}
