# expect: gd_loop 0, person a file, hint has been told
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    torch.save(net.state_dict(), "/content/drive/MyDrive/net.pt")
    return train_loss
