"""The app under load: real websocket clients, Streamlit's own protocol, a server on loopback."""
