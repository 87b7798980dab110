"""The connectors: one entry per vendor × endpoint. A new endpoint is an entry here and a feed."""

from dataclasses import replace

from pulling.endpoints import Endpoint, Paging, Parent, Vendor


def _openai_usage(table: str, *groups: str, report: str | None = None) -> Endpoint:
    return Endpoint(
        table=f"usage_{table}",
        path=f"v1/organization/usage/{report or table}",
        start="start_time",
        end="end_time",
        params=(("bucket_width", "1d"), ("limit", "31"), ("group_by", groups)),
    )


WHO = ("project_id", "api_key_id", "model")
OPENAI = Vendor(
    name="openai",
    base_url="https://api.openai.com",
    key_variables=("OPENAI_ADMIN_KEY",),
    permission="it takes an admin key (sk-admin-...) of an organisation owner, with Usage: Read "
    "(api.usage.read); a project's key cannot read this",
    endpoints=(
        Endpoint(
            table="costs",
            path="v1/organization/costs",
            start="start_time",
            end="end_time",
            params=(
                ("bucket_width", "1d"),
                ("limit", "31"),
                ("group_by", ("project_id", "line_item", "api_key_id")),
            ),
            restates_month=True,
        ),
        _openai_usage("completions", "project_id", "api_key_id", "model", "batch", "service_tier"),
        _openai_usage("embeddings", *WHO),
        _openai_usage("images", *WHO, "size", "source"),
        _openai_usage("audio_speeches", *WHO),
        _openai_usage("audio_transcriptions", *WHO),
        _openai_usage("moderations", *WHO),
        _openai_usage("vector_stores", "project_id"),
        _openai_usage("code_interpreter_sessions", "project_id"),
        _openai_usage(
            "file_searches",
            "project_id",
            "api_key_id",
            "vector_store_id",
            report="file_search_calls",
        ),
        _openai_usage("web_searches", *WHO, "context_level", report="web_search_calls"),
    ),
)

ANTHROPIC = Vendor(
    name="anthropic",
    base_url="https://api.anthropic.com",
    key_variables=("ANTHROPIC_ADMIN_KEY",),
    permission="it takes an Admin API key (sk-ant-admin...) made by an organisation admin; "
    "individual accounts have none",
    auth="x-api-key",
    headers=(("anthropic-version", "2023-06-01"),),
    endpoints=(
        Endpoint(
            table="cost_report",
            path="v1/organizations/cost_report",
            start="starting_at",
            end="ending_at",
            clock="iso",
            params=(
                ("bucket_width", "1d"),
                ("limit", "31"),
                ("group_by[]", ("workspace_id", "description")),
            ),
            restates_month=True,
        ),
        Endpoint(
            table="usage_messages",
            path="v1/organizations/usage_report/messages",
            start="starting_at",
            end="ending_at",
            clock="iso",
            params=(
                ("bucket_width", "1d"),
                ("limit", "31"),
                (
                    "group_by[]",
                    (
                        "model",
                        "workspace_id",
                        "api_key_id",
                        "service_tier",
                        "context_window",
                        "inference_geo",
                    ),
                ),
            ),
        ),
        Endpoint(
            table="claude_code",
            path="v1/organizations/usage_report/claude_code",
            start="starting_at",
            clock="day",
            params=(("limit", "1000"),),
        ),
    ),
)

LANGFUSE_V2_FIELDS = "core,basic,time,metadata,model,usage,prompt,metrics"
LANGFUSE = Vendor(
    name="langfuse",
    base_url="https://cloud.langfuse.com",
    base_url_variables=("LANGFUSE_BASE_URL", "LANGFUSE_HOST"),
    key_variables=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
    permission="it takes the key pair of the project (Settings > API Keys) and, outside the EU "
    "cloud, LANGFUSE_HOST",
    auth="basic",
    endpoints=(
        Endpoint(
            table="observations",
            path="api/public/observations",
            start="fromStartTime",
            end="toStartTime",
            clock="iso",
            params=(("limit", "100"),),
            paging=Paging(
                kind="number",
                total_path="meta.totalPages",
                count_path="meta.totalItems",
            ),
            look_back_days=1,
            window_days=1,
        ),
        Endpoint(
            table="observations_v2",
            feed="observations",
            path="api/public/v2/observations",
            start="fromStartTime",
            end="toStartTime",
            clock="iso",
            params=(("limit", "1000"), ("fields", LANGFUSE_V2_FIELDS)),
            paging=Paging(param="cursor", cursor_path="meta.cursor", has_more_path=None),
            look_back_days=1,
            window_days=1,
        ),
    ),
)

OPENROUTER = Vendor(
    name="openrouter",
    base_url="https://openrouter.ai",
    key_variables=("OPENROUTER_MANAGEMENT_KEY",),
    permission="it takes a management key (Settings > Management keys); keys for calling models "
    "cannot read this",
    endpoints=(
        Endpoint(
            table="activity",
            path="api/v1/activity",
            start="date",
            clock="day",
            paging=Paging(kind="single"),
            max_age_days=30,
        ),
    ),
)

STRIPE_INVOICES = Endpoint(
    table="invoices",
    path="v1/invoices",
    start="created[gte]",
    end="created[lt]",
    params=(("limit", "100"),),
    paging=Paging(kind="last_id", param="starting_after"),
    look_back_days=100,
)
STRIPE = Vendor(
    name="stripe",
    base_url="https://api.stripe.com",
    key_variables=("STRIPE_API_KEY",),
    permission="it takes a restricted key (rk_live_...) with Invoices: Read and Credit notes: Read",
    # later versions may rename what the feeds read
    headers=(("Stripe-Version", "2025-03-31.basil"),),
    endpoints=(
        STRIPE_INVOICES,
        replace(
            STRIPE_INVOICES,
            table="invoice_line_items",
            path="v1/invoices/{id}/lines",
            each_of=Parent("v1/invoices", skipped_status=("draft",)),
        ),
        replace(STRIPE_INVOICES, table="credit_notes", path="v1/credit_notes"),
    ),
)

VENDORS = {v.name: v for v in (OPENAI, ANTHROPIC, LANGFUSE, OPENROUTER, STRIPE)}
