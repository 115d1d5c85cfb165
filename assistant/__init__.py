"""gcm-draft: cited briefs on the Global Compact for Migration."""
