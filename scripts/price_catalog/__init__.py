"""List prices read from the catalogs that the libraries genai-prices and litellm ship."""
