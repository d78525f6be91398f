"""Is it the VAE trick? Two reparameterizations side by side."""
