import { withSentryConfig } from "@sentry/nextjs";

export default withSentryConfig({ output: "standalone" }, { org: "gazette", project: "site", silent: true });
