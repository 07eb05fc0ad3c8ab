/** Types of payloads whose vendors publish no types of them: for `webhook<ShopifyPayloads>("shopify")`. No bytes at run time. */

/** An amount of Shopify, in the currency of the shop and in that of the customer. */
export interface ShopifyMoneySet {
  shop_money: { amount: string; currency_code: string };
  presentment_money: { amount: string; currency_code: string };
}

/** An address of Shopify. */
export interface ShopifyAddress {
  first_name: string | null;
  last_name: string | null;
  name: string | null;
  company: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  province: string | null;
  province_code: string | null;
  country: string | null;
  country_code: string | null;
  zip: string | null;
  phone: string | null;
  latitude: number | null;
  longitude: number | null;
}

/** A customer of a shop. */
export interface ShopifyCustomer {
  id: number;
  admin_graphql_api_id: string;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
  phone: string | null;
  state: string | null;
  note: string | null;
  tags: string;
  currency: string;
  verified_email: boolean;
  tax_exempt: boolean;
  created_at: string;
  updated_at: string;
  default_address?: ShopifyAddress & { id: number; customer_id: number; default: boolean };
  addresses?: (ShopifyAddress & { id: number; customer_id: number; default: boolean })[];
}

/** One line of an order. */
export interface ShopifyLineItem {
  id: number;
  admin_graphql_api_id: string;
  product_id: number | null;
  variant_id: number | null;
  title: string;
  variant_title: string | null;
  name: string;
  sku: string | null;
  vendor: string | null;
  quantity: number;
  current_quantity: number;
  fulfillable_quantity: number;
  fulfillment_status: string | null;
  grams: number;
  price: string;
  price_set: ShopifyMoneySet;
  total_discount: string;
  total_discount_set: ShopifyMoneySet;
  requires_shipping: boolean;
  taxable: boolean;
  gift_card: boolean;
  properties: { name: string; value: string }[];
}

/** An order. */
export interface ShopifyOrder {
  id: number;
  admin_graphql_api_id: string;
  name: string;
  number: number;
  order_number: number;
  email: string | null;
  phone: string | null;
  note: string | null;
  tags: string;
  test: boolean;
  token: string;
  currency: string;
  presentment_currency: string;
  subtotal_price: string;
  total_price: string;
  total_price_set: ShopifyMoneySet;
  total_tax: string;
  total_discounts: string;
  total_weight: number;
  taxes_included: boolean;
  financial_status: string | null;
  fulfillment_status: string | null;
  cancel_reason: string | null;
  cancelled_at: string | null;
  closed_at: string | null;
  processed_at: string | null;
  created_at: string;
  updated_at: string;
  confirmed: boolean;
  payment_gateway_names: string[];
  source_name: string | null;
  customer?: ShopifyCustomer | null;
  billing_address?: ShopifyAddress | null;
  shipping_address?: ShopifyAddress | null;
  line_items: ShopifyLineItem[];
  discount_codes: { code: string; amount: string; type: string }[];
  note_attributes: { name: string; value: string }[];
  tax_lines: { title: string; price: string; rate: number; price_set: ShopifyMoneySet }[];
  shipping_lines: { id: number; title: string; code: string | null; price: string; source: string | null }[];
  fulfillments: ShopifyFulfillment[];
  refunds: ShopifyRefund[];
}

/** A shipment of lines of an order. */
export interface ShopifyFulfillment {
  id: number;
  admin_graphql_api_id: string;
  order_id: number;
  name: string;
  status: string | null;
  shipment_status: string | null;
  service: string | null;
  location_id: number | null;
  tracking_company: string | null;
  tracking_number: string | null;
  tracking_numbers: string[];
  tracking_url: string | null;
  tracking_urls: string[];
  created_at: string;
  updated_at: string;
  line_items: ShopifyLineItem[];
}

/** A refund of an order. */
export interface ShopifyRefund {
  id: number;
  admin_graphql_api_id: string;
  order_id: number;
  note: string | null;
  user_id: number | null;
  created_at: string;
  processed_at: string | null;
  restock: boolean;
  refund_line_items: {
    id: number;
    line_item_id: number;
    line_item: ShopifyLineItem;
    quantity: number;
    restock_type: string;
    subtotal: number;
    total_tax: number;
  }[];
  transactions: {
    id: number;
    kind: string;
    status: string;
    amount: string;
    currency: string;
    gateway: string;
  }[];
}

/** A variant of a product. */
export interface ShopifyVariant {
  id: number;
  admin_graphql_api_id: string;
  product_id: number;
  title: string;
  sku: string | null;
  barcode: string | null;
  price: string;
  compare_at_price: string | null;
  position: number;
  option1: string | null;
  option2: string | null;
  option3: string | null;
  taxable: boolean;
  inventory_item_id: number;
  inventory_policy: string;
  inventory_quantity: number;
  image_id: number | null;
  created_at: string;
  updated_at: string;
}

/** A product. */
export interface ShopifyProduct {
  id: number;
  admin_graphql_api_id: string;
  title: string;
  handle: string;
  body_html: string | null;
  vendor: string;
  product_type: string;
  status: string;
  tags: string;
  template_suffix: string | null;
  published_at: string | null;
  published_scope: string;
  created_at: string;
  updated_at: string;
  variants: ShopifyVariant[];
  options: { id: number; product_id: number; name: string; position: number; values: string[] }[];
  images: { id: number; product_id: number; position: number; src: string; alt: string | null }[];
}

/** A request about personal data, which every app receives. */
interface ShopifyCompliance {
  shop_id: number;
  shop_domain: string;
}

/** A customer in a request about personal data. */
interface ShopifyDataSubject {
  id: number;
  email: string;
  phone: string;
}

/**
 * Payloads of the topics that are met most often, by topic. Each property may be absent, because a subscription can leave out any field.
 * Source: the resources of the Admin API, npm @shopify/shopify-api 13.1.0, rest/admin/2026-04; ids are numbers in the JSON of webhooks.
 */
export interface ShopifyPayloads {
  "orders/create": Partial<ShopifyOrder>;
  "orders/updated": Partial<ShopifyOrder>;
  "orders/edited": { order_edit?: { id: number; order_id: number; committed_at: string } };
  "orders/paid": Partial<ShopifyOrder>;
  "orders/fulfilled": Partial<ShopifyOrder>;
  "orders/partially_fulfilled": Partial<ShopifyOrder>;
  "orders/cancelled": Partial<ShopifyOrder>;
  "orders/delete": { id?: number };
  "products/create": Partial<ShopifyProduct>;
  "products/update": Partial<ShopifyProduct>;
  "products/delete": { id?: number };
  "customers/create": Partial<ShopifyCustomer>;
  "customers/update": Partial<ShopifyCustomer>;
  "customers/delete": Partial<ShopifyCustomer>;
  "fulfillments/create": Partial<ShopifyFulfillment>;
  "fulfillments/update": Partial<ShopifyFulfillment>;
  "refunds/create": Partial<ShopifyRefund>;
  "inventory_levels/update": {
    inventory_item_id?: number;
    location_id?: number;
    available?: number | null;
    updated_at?: string;
    admin_graphql_api_id?: string;
  };
  "app/uninstalled": {
    id?: number;
    name?: string;
    email?: string;
    domain?: string;
    myshopify_domain?: string;
  };
  "customers/data_request": ShopifyCompliance & {
    customer: ShopifyDataSubject;
    orders_requested: number[];
    data_request: { id: number };
  };
  "customers/redact": ShopifyCompliance & { customer: ShopifyDataSubject; orders_to_redact: number[] };
  "shop/redact": ShopifyCompliance;
}

/** Where a number is, in callbacks of Twilio. */
interface TwilioPlaces {
  FromCity?: string;
  FromState?: string;
  FromZip?: string;
  FromCountry?: string;
  ToCity?: string;
  ToState?: string;
  ToZip?: string;
  ToCountry?: string;
}

/** A message that was received: by SMS, MMS or WhatsApp. All values are text. */
export interface TwilioMessage extends TwilioPlaces {
  MessageSid: string;
  AccountSid: string;
  From: string;
  To: string;
  Body: string;
  NumMedia: string;
  NumSegments?: string;
  SmsSid?: string;
  SmsMessageSid?: string;
  SmsStatus?: string;
  MessagingServiceSid?: string;
  ApiVersion?: string;
  ProfileName?: string;
  WaId?: string;
  ButtonText?: string;
  ButtonPayload?: string;
  /** The media, from `MediaUrl0` on. */
  [media: `MediaUrl${number}` | `MediaContentType${number}`]: string | undefined;
}

/** The status of a message that was sent. */
export interface TwilioMessageStatus {
  MessageSid: string;
  MessageStatus:
    | "accepted"
    | "scheduled"
    | "queued"
    | "sending"
    | "sent"
    | "delivered"
    | "undelivered"
    | "failed"
    | "read"
    | "canceled"
    | (string & {});
  AccountSid: string;
  From?: string;
  To?: string;
  SmsSid?: string;
  SmsStatus?: string;
  MessagingServiceSid?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
  RawDlrDoneDate?: string;
  ApiVersion?: string;
  ChannelToAddress?: string;
}

/** A call: that was received, or whose status changed. */
export interface TwilioCall extends TwilioPlaces {
  CallSid: string;
  AccountSid: string;
  From: string;
  To: string;
  /** Such as ringing, in-progress or completed. */
  CallStatus: string;
  Direction: string;
  ApiVersion: string;
  Caller?: string;
  Called?: string;
  CallerName?: string;
  ForwardedFrom?: string;
  ParentCallSid?: string;
  CallToken?: string;
  StirVerstat?: string;
  /** The keys that were pressed, after `<Gather>`. */
  Digits?: string;
  FinishedOnKey?: string;
  SpeechResult?: string;
  Confidence?: string;
  CallDuration?: string;
  Duration?: string;
  SequenceNumber?: string;
  CallbackSource?: string;
  Timestamp?: string;
  RecordingSid?: string;
  RecordingUrl?: string;
  RecordingDuration?: string;
}

/**
 * Callbacks of Twilio, by the event type that Hookseal gives them. Every value is text.
 * Source: www.twilio.com/docs, requests to your webhook for messaging and voice.
 */
export interface TwilioCallbacks {
  message: TwilioMessage;
  "message.status": TwilioMessageStatus;
  call: TwilioCall;
}
