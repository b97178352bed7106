export const NO_TOOLS = 'tools are not supported';
