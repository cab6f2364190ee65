import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

/** A request as an HTTP API hands it over (payload format 2.0). */
export type HttpEvent = APIGatewayProxyEventV2

/** An answer as an HTTP API takes it. `statusCode` is always there, or the gateway would guess 200. */
export interface HttpAnswer extends APIGatewayProxyStructuredResultV2 {
  statusCode: number
  headers: Record<string, string>
  body: string
}

/** The part of Lambda's context that Gatehouse reads. */
export interface InvocationContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}
