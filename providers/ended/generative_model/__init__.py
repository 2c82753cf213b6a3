"""What Google's two ended packages share: a GenerativeModel is the client; its calls go over REST."""
